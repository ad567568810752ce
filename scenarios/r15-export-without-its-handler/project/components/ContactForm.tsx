"use client";

export function ContactForm() {
  async function send(data: FormData) {
    await fetch("/api/contact", { method: "POST", body: data });
  }

  return (
    <form action={send}>
      <input name="message" />
      <button>Send</button>
    </form>
  );
}
