import { installTimers } from "./timers.ts"
import { installWeb } from "./web/install.ts"

/** Imported first of all: packages of the SDK look for the web's globals when they are evaluated. */
installTimers()
installWeb()
