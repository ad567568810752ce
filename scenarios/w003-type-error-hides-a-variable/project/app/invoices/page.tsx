import { inEuros } from "@/lib/money";

const OPEN = [{ number: "A-17", total: "4200" }];

export default function Invoices() {
  return OPEN.map((invoice) => <p key={invoice.number}>{inEuros(invoice.total)}</p>);
}
