declare const __COMMIT__: string;
declare const __SITE__: string;

export function App() {
  return (
    <p>
      Version {__COMMIT__} on {__SITE__} for {import.meta.env.VITE_VERCEL_ENV}
    </p>
  );
}
