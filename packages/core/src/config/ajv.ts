// ajv is CommonJS: a bundler gives its names only to a static import, and `check.ts` wants it loaded late.
export { Ajv2020 } from "ajv/dist/2020.js";
