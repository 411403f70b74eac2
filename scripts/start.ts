import { becomeAlyx, demo, prepareDemo } from "./demo.ts"

// `npm start`: builds, makes demo/, and goes on as `alyx dev` there.
await prepareDemo()
await becomeAlyx(["dev", "--cwd", demo, ...process.argv.slice(2)])
