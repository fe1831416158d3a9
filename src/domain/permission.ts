/** Permissions of a safe member, in the order in which screens and docs show them. */
export const PERMISSIONS = [
  'useAccounts',
  'retrieveAccounts',
  'listAccounts',
  'addAccounts',
  'updateAccountContent',
  'updateAccountProperties',
  'initiateCPMAccountManagementOperations',
  'specifyNextAccountContent',
  'renameAccounts',
  'deleteAccounts',
  'unlockAccounts',
  'manageSafe',
  'manageSafeMembers',
  'backupSafe',
  'viewAuditLog',
  'viewSafeMembers',
  'requestsAuthorizationLevel1',
  'requestsAuthorizationLevel2',
  'accessWithoutConfirmation',
  'createFolders',
  'deleteFolders',
  'moveAccountsAndFolders',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const accountsManager: readonly Permission[] = [
  ...PERMISSIONS.slice(0, PERMISSIONS.indexOf('unlockAccounts') + 1),
  'manageSafeMembers',
  'viewAuditLog',
  'viewSafeMembers',
  'accessWithoutConfirmation',
];

export const PRESETS = {
  ConnectOnly: ['useAccounts', 'listAccounts'],
  ReadOnly: ['useAccounts', 'retrieveAccounts', 'listAccounts'],
  Approver: ['listAccounts', 'manageSafeMembers', 'viewSafeMembers', 'requestsAuthorizationLevel1'],
  AccountsManager: accountsManager,
  // level 1 or level 2, never both: Full means level 1
  Full: PERMISSIONS.filter((one) => one !== 'requestsAuthorizationLevel2'),
} as const satisfies Record<string, readonly Permission[]>;
export type Preset = keyof typeof PRESETS;

/** Rights on the vault itself, held by users and groups. */
export const VAULT_RIGHTS = [
  'addUpdateUsers',
  'addSafes',
  'auditUsers',
  'manageDirectoryMapping',
  'resetUsersPasswords',
  'activateUsers',
] as const;
export type VaultRight = (typeof VAULT_RIGHTS)[number];

export function isVaultRight(text: string): text is VaultRight {
  return (VAULT_RIGHTS as readonly string[]).includes(text);
}

export function isPermission(text: string): text is Permission {
  return (PERMISSIONS as readonly string[]).includes(text);
}
