import type { ReactNode } from "react";
import { SearchBar } from "@/components/SearchBar";

export const metadata = { title: "Library" };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <header>
          <SearchBar />
        </header>
        {children}
      </body>
    </html>
  );
}
