import { createLazyRoute } from "@tanstack/react-router";

const SignIn = () => <main>.</main>;

export const lazy = createLazyRoute("/sign-in")({ component: SignIn });
