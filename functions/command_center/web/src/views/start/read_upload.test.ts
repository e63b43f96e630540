import { expect, test } from "vitest";
import { LARGEST, readUpload } from "./read_upload.ts";

const given = (content: string, more: Record<string, string> = {}): FormData => {
  const form = new FormData();
  form.set("file", new File([content], "leads.csv"));
  for (const [name, value] of Object.entries(more)) form.set(name, value);
  return form;
};

test("the bytes go as they are, with the consent of the whole file", async () => {
  expect(await readUpload(given("é", { basis: "contract", source: " CRM " }))).toEqual({
    file_name: "leads.csv",
    content_base64: btoa(String.fromCharCode(0xc3, 0xa9)),
    consent: { basis: "contract", source: "CRM", obtained_at: null },
  });
});

test.each([
  ["", {}, "file_empty"],
  ["x".repeat(LARGEST + 1), {}, "file_too_large"],
  ["email", { basis: "contract" }, "source_missing"],
])("what cannot be imported is told before it is sent", async (content, more, code) => {
  await expect(readUpload(given(content, more))).rejects.toMatchObject({ code });
});
