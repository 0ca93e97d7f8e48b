export default async function clean(): Promise<void> {}
