import { adminAccountCalls } from './calls/admin-accounts.js';
import { adminAuditCalls } from './calls/admin-audit.js';

import { adminComponentCalls } from './calls/admin-components.js';

import { adminDirectoryCalls } from './calls/admin-directories.js';
import { adminDirectoryMapCalls } from './calls/admin-directory-maps.js';

import { adminGroupCalls } from './calls/admin-groups.js';
import { adminRecordingCalls } from './calls/admin-recordings.js';
import { adminSafeCalls } from './calls/admin-safes.js';
import { adminShadowCalls } from './calls/admin-shadows.js';
import { adminUserCalls } from './calls/admin-users.js';
import { adminVaultCalls } from './calls/admin-vault.js';
import { componentCalls } from './calls/components.js';
import { connectCalls } from './calls/connect.js';
import { controlCalls } from './calls/control.js';
import { destinationCalls } from './calls/destination.js';
import { endingCalls } from './calls/ending.js';
import { explainCalls } from './calls/explain.js';
import { headCalls } from './calls/heads.js';
import { hostKeyCalls } from './calls/host-keys.js';
import { importCalls } from './calls/import.js';
import { keepingCalls } from './calls/keeping.js';
import { landingCalls } from './calls/landing.js';
import { loginCalls } from './calls/login.js';
import { menuCalls } from './calls/menu.js';
import { oversightCalls } from './calls/oversight.js';
import { ownKeyCalls } from './calls/own-keys.js';
import { personAccountCalls } from './calls/person-accounts.js';
import { personAuditCalls } from './calls/person-audit.js';
import { personDirectoryCalls } from './calls/person-directories.js';
import { personGroupCalls } from './calls/person-groups.js';
import { personRecordingCalls } from './calls/person-recordings.js';
import { personSafeCalls } from './calls/person-safes.js';
import { personUserFactorCalls } from './calls/person-user-factors.js';
import { personUserCalls } from './calls/person-users.js';
import { policyCalls } from './calls/policy.js';
import { progressCalls } from './calls/progress.js';
import { proofCalls } from './calls/proof.js';
import { recorderCalls } from './calls/recorder.js';
import { redeemCalls } from './calls/redeem.js';
import { replayCalls } from './calls/replay.js';
import { rotationCalls } from './calls/rotation.js';
import { searchCalls } from './calls/search.js';
import { secondFactorCalls } from './calls/second-factor.js';
import { shadowCalls } from './calls/shadow.js';
import { sharedLoginCalls } from './calls/shared-login.js';
import { watchCalls } from './calls/watch.js';
import { createSignIn } from './directory/sign-in.js';
import type { Handlers, Vault } from './vault.js';

/** Every call has its handler, or this does not compile. */
export function handlersOf(vault: Vault): Handlers {
  const signIn = createSignIn(vault);
  return {
    ...componentCalls(vault),
    ...rotationCalls(vault),
    ...loginCalls(vault, signIn),
    ...secondFactorCalls(vault, signIn),
    ...ownKeyCalls(vault, signIn),
    ...menuCalls(vault),
    ...destinationCalls(vault),
    ...connectCalls(vault),
    ...landingCalls(vault),
    ...redeemCalls(vault),
    ...sharedLoginCalls(vault),
    ...hostKeyCalls(vault),
    ...shadowCalls(vault),
    ...progressCalls(vault),
    ...headCalls(vault),
    ...endingCalls(vault),
    ...recorderCalls(vault),
    ...replayCalls(vault),
    ...searchCalls(vault),
    ...watchCalls(vault),
    ...oversightCalls(vault),
    ...controlCalls(vault),
    ...personAccountCalls(vault),
    ...personSafeCalls(vault),
    ...personRecordingCalls(vault),
    ...personAuditCalls(vault),
    ...personUserCalls(vault),
    ...personUserFactorCalls(vault),
    ...personGroupCalls(vault),
    ...personDirectoryCalls(vault),
    ...adminVaultCalls(vault),
    ...adminComponentCalls(vault),
    ...adminUserCalls(vault),
    ...adminGroupCalls(vault),
    ...adminDirectoryCalls(vault),
    ...adminDirectoryMapCalls(vault),
    ...adminSafeCalls(vault),
    ...adminAccountCalls(vault),
    ...importCalls(vault),
    ...policyCalls(vault),
    ...adminRecordingCalls(vault),
    ...proofCalls(vault),
    ...keepingCalls(vault),
    ...adminShadowCalls(vault),
    ...adminAuditCalls(vault),
    ...explainCalls(vault),
  };
}
