import { OrderList } from "@/components/OrderList";

export default function Home() {
  return <OrderList />;
}
