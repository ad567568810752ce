import OpenAI from "openai";

const ai = new OpenAI();

export const title = "Answers";

export async function POST(request) {
  const { question } = await request.json();
  const answer = await ai.responses.create({ model: "gpt-5-mini", input: question });
  return Response.json(answer.output_text);
}
