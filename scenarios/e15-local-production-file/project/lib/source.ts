import { required } from "./required";

export function source(): URL {
  const { RECIPE_HOST, RECIPE_SPACE } = required(["RECIPE_HOST", "RECIPE_SPACE"]);
  return new URL(`https://${RECIPE_HOST}/${RECIPE_SPACE}`);
}
