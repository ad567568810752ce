declare const __TILES__: string;
declare const __REGION__: string;

export function App() {
  return <img alt="Map" src={`${__TILES__}${__REGION__}.png`} />;
}
