import { readFile } from "node:fs/promises";
import path from "node:path";

export async function GET(_, { params }) {
  const { name } = await params;
  const file = path.resolve(process.cwd(), "games", `${name}.pgn`);
  try {
    return new Response(await readFile(file, "utf8"));
  } catch {
    return new Response("No such game", { status: 404 });
  }
}
