import express from "express";

const app = express();
const quotes = ["Festina lente", "Carpe diem"];

app.use(express.json());

app.get("/api/quotes", (_request, response) => {
  response.json(quotes);
});

app.post("/api/quotes", (request, response) => {
  quotes.push(request.body.text);
  response.status(201).end();
});

app.use(express.static("dist"));

const port = process.env.PORT || 3000;
app.listen(port, () => console.log(`listening on ${port}`));
