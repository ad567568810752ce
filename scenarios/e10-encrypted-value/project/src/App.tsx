declare const __HOST__: string;

export function App() {
  return <h1>Open on clear nights: {__HOST__}</h1>;
}
