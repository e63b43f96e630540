/** The page begins here: the cache, the router, and what is drawn. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { reloadForNewPage } from "./app/reload.ts";
import { client, router } from "./app/router.ts";

reloadForNewPage();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element #root.");
createRoot(root).render(
  <QueryClientProvider client={client}>
    <RouterProvider router={router} />
  </QueryClientProvider>,
);
