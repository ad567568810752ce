import { createClient } from "@supabase/supabase-js";

export const supabase = createClient(
  "https://projectoftheexample.supabase.co",
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzdXBhYmFzZSIsInJlZiI6InByb2plY3RvZnRoZWV4YW1wbGUiLCJyb2xlIjoiYW5vbiIsImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoyMDAwMDAwMDAwfQ.c2lnbmF0dXJlLW9mLWFuLWV4YW1wbGUta2V5LTAxMjM0NQ",
);

export const archive = createClient(
  import.meta.env.VITE_ARCHIVE_URL,
  import.meta.env.VITE_ARCHIVE_PUBLISHABLE_KEY,
);
