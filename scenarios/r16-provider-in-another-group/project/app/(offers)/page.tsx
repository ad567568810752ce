import { AddButton } from "@/components/AddButton";

export default function Offers() {
  return <AddButton item="Leek" />;
}
