export default function Login() {
  return <h1>Sign in to the clinic</h1>;
}
