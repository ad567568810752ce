import { defineConfig } from 'astro/config';

export default defineConfig({
  site: 'https://farm-shop.example.com',
});
