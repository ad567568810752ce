declare const __ORIGIN__: string;
declare const __CHOIR__: string;

export function App() {
  return <a href={`${__ORIGIN__}/concerts`}>Concerts of {__CHOIR__}</a>;
}
