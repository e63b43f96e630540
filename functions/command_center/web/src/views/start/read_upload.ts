/** The chosen file as the API takes it: its bytes, because not every file is UTF-8. Raises Problem. */
import type { Upload } from "../../services/leads.ts";
import { Problem } from "../../services/problem.ts";

/** Bytes; base64 makes a request of 6 MB of it, the most a Lambda function takes. */
export const LARGEST = 4_000_000;

const base64 = (bytes: Uint8Array): string => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
};

export const readUpload = async (given: FormData): Promise<Upload> => {
  const file = given.get("file");
  if (!(file instanceof File) || file.size === 0)
    throw new Problem(422, "file_empty", "The file is empty or none was chosen.", "Choose a CSV or JSON file with at least one lead.");
  if (file.size > LARGEST)
    throw new Problem(
      422,
      "file_too_large",
      "The file is larger than what one import takes.",
      "Split it and import the parts one after the other.",
    );
  const basis = String(given.get("basis") ?? "");
  const source = String(given.get("source") ?? "").trim();
  if (basis && !source)
    throw new Problem(
      422,
      "source_missing",
      "Nobody could check later why these people may be written to.",
      "Say where that is on record.",
    );
  return {
    file_name: file.name,
    content_base64: base64(new Uint8Array(await file.arrayBuffer())),
    ...(basis && { consent: { basis: basis as "consent" | "contract" | "legitimate_interest", source, obtained_at: null } }),
  };
};
