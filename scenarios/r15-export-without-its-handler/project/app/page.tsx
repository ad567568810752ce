import { ContactForm } from "@/components/ContactForm";

export default function Home() {
  return <ContactForm />;
}
