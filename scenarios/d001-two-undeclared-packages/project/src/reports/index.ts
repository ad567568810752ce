export { Yearly } from "./Yearly";
