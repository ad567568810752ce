import { Header } from "./components/Header";

export function App() {
  return (
    <>
      <Header />
      <p>Open from six.</p>
    </>
  );
}
