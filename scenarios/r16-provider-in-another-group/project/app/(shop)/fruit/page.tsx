import { AddButton } from "@/components/AddButton";

export default function Fruit() {
  return <AddButton item="Quince" />;
}
