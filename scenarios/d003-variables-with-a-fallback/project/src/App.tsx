declare const __SHOP_HOST__: string;

export function App() {
  return (
    <form action="/api/order" method="post">
      <h1>Books from {__SHOP_HOST__}</h1>
      <input name="title" />
      <button>Order</button>
    </form>
  );
}
