import { writeFileSync } from "node:fs";
import * as style from "clsx";
import * as short from "nanoid";
import * as ids from "uuid";

const { v7: number } = ids;
const { customAlphabet: letters } = short;
const { clsx: name } = style;

const mark = letters("ABCDEF", 4);
const labels = ["hat", "scarf"].map((item) => ({ item: name("found", item), id: number(), mark: mark() }));
writeFileSync("src/labels.json", JSON.stringify(labels));
