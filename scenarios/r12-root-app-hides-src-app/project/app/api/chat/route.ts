import { answerTo } from "@/lib/answers";

export async function POST(request: Request) {
  const { question } = await request.json();
  return Response.json({ answer: answerTo(question) });
}
