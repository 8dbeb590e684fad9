import { countRequests } from "./scripts/cost/count-requests.ts"; import { countAzureCase, countAssistedCase, countMailbox } from "./scripts/cost/count-cases.ts";
let t=performance.now();
const lap=(x:string, y: unknown)=>{console.log(x, Math.round(performance.now()-t), JSON.stringify(y)); t=performance.now();};
lap('life', await countRequests());
lap('case', await countAzureCase());
lap('assisted', await countAssistedCase());
