import { Pool } from "pg";

const pool = new Pool({ connectionString: process.env.DATABASE_URL });

export async function plants() {
  const { rows } = await pool.query("select name from plants order by name");
  return rows.map((row) => row.name);
}
