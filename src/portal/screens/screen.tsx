import { Lines } from '../components/lines.js';
import { useRoom } from '../context.js';
import type { PortalState } from '../portal-state.js';
import type { Route } from '../route.js';
import { centered, span } from '../view.js';
import { AccountsScreen } from './accounts/accounts-screen.js';
import { ApproveScreen } from './approve/approve-screen.js';
import { AuditScreen } from './audit/audit-screen.js';
import { CodeScreen } from './code/code-screen.js';
import { ConnectingScreen } from './connecting/connecting-screen.js';
import { DirectScreen } from './direct/direct-screen.js';
import { EnrolScreen } from './enrol/enrol-screen.js';
import { AddGroupScreen } from './groups/add-group-screen.js';
import { GroupsScreen } from './groups/groups-screen.js';
import { ManageGroupScreen } from './groups/manage-group-screen.js';
import { HelpScreen } from './help/help-screen.js';
import { LeaveScreen } from './leave/leave-screen.js';
import { LiveScreen } from './live/live-screen.js';
import { LoginScreen } from './login/login-screen.js';
import { AddAccountScreen } from './manage/add-account-screen.js';
import { AddSafeScreen } from './manage/add-safe-screen.js';
import { ManageAccountScreen } from './manage/manage-account-screen.js';
import { ManageSafeScreen } from './manage/manage-safe-screen.js';
import { AddMapScreen } from './maps/add-map-screen.js';
import { AskTrialScreen } from './maps/ask-trial-screen.js';
import { ManageMapScreen } from './maps/manage-map-screen.js';
import { MapsScreen } from './maps/maps-screen.js';
import { TrialScreen } from './maps/trial-screen.js';
import { MembersScreen } from './members/members-screen.js';
import { OfferScreen } from './offer/offer-screen.js';
import { PasswordScreen } from './password/password-screen.js';
import { ProveScreen } from './prove/prove-screen.js';
import { RecordingsScreen } from './recordings/recordings-screen.js';
import { RefusedScreen } from './refused/refused-screen.js';
import { ReplayScreen } from './replay/replay-screen.js';
import { SafesScreen } from './safes/safes-screen.js';
import { SearchScreen } from './search/search-screen.js';
import { SecretScreen } from './secret/secret-screen.js';
import { UnavailableScreen } from './unavailable/unavailable-screen.js';
import { AddUserScreen } from './users/add-user-screen.js';
import { ManageUserScreen } from './users/manage-user-screen.js';
import { UsersScreen } from './users/users-screen.js';
import { WatchScreen } from './watch/watch-screen.js';
import { WebLinkScreen } from './web-link/web-link-screen.js';
import { AddKeyScreen } from './you/add-key-screen.js';
import { RemoveKeyScreen } from './you/remove-key-screen.js';
import { YouScreen } from './you/you-screen.js';

/** The screen of a route. Before login the portal itself must be open. */
export function Screen({
  route,
  state,
  prefilledUser,
}: {
  readonly route: Route;
  readonly state: PortalState;
  readonly prefilledUser: string;
}) {
  switch (route.screen) {
    case 'login':
      if (state.closedWhy !== null) return <UnavailableScreen failure={state.closedWhy} />;
      return state.configuration === null ? (
        <Opening />
      ) : (
        <LoginScreen prefilledUser={prefilledUser} why={route.why} />
      );
    case 'password':
      return <PasswordScreen why={route.why} />;
    case 'code':
      return <CodeScreen mustChange={route.mustChange} />;
    case 'enrol':
      return <EnrolScreen enrolment={route.enrolment} then={route.then} />;
    case 'you':
      return <YouScreen />;
    case 'addKey':
      return <AddKeyScreen />;
    case 'removeKey':
      return <RemoveKeyScreen sshKey={route.key} />;
    case 'prove':
      return <ProveScreen wish={route.wish} by={route.by} />;
    case 'offer':
      return <OfferScreen sessions={route.sessions} anew={route.anew} />;
    case 'accounts':
      return <AccountsScreen />;
    case 'direct':
      return <DirectScreen />;
    case 'recordings':
      return <RecordingsScreen />;
    case 'live':
      return <LiveScreen />;
    case 'help':
      return <HelpScreen />;
    case 'connecting':
      return <ConnectingScreen key={route.wish.kind} wish={route.wish} />;
    case 'refused':
      return <RefusedScreen wish={route.wish} failure={route.failure} keys={route.keys} />;
    case 'approve':
      return <ApproveScreen account={route.account} keys={route.keys} />;
    case 'replay':
      return <ReplayScreen recording={route.recording} at={route.at ?? null} />;
    case 'webLink':
      return <WebLinkScreen recording={route.recording} link={route.link} />;
    case 'search':
      return <SearchScreen among={route.among} />;
    case 'watch':
      return <WatchScreen session={route.session} />;
    case 'secret':
      return <SecretScreen account={route.account} />;
    case 'addAccount':
      return <AddAccountScreen safes={route.safes} platforms={route.platforms} />;
    case 'manageAccount':
      return <ManageAccountScreen account={route.account} may={route.may} />;
    case 'users':
      return <UsersScreen />;
    case 'addUser':
      return <AddUserScreen />;
    case 'manageUser':
      return <ManageUserScreen user={route.user} />;
    case 'maps':
      return <MapsScreen />;
    case 'addMap':
      return <AddMapScreen directories={route.directories} />;
    case 'askTrial':
      return <AskTrialScreen directories={route.directories} />;
    case 'manageMap':
      return <ManageMapScreen map={route.map} />;
    case 'trial':
      return <TrialScreen directory={route.directory} user={route.user} />;
    case 'groups':
      return <GroupsScreen />;
    case 'addGroup':
      return <AddGroupScreen />;
    case 'manageGroup':
      return <ManageGroupScreen group={route.group} />;
    case 'addSafe':
      return <AddSafeScreen />;
    case 'manageSafe':
      return <ManageSafeScreen safe={route.safe} />;
    case 'safes':
      return <SafesScreen />;
    case 'members':
      return <MembersScreen safe={route.safe} />;
    case 'audit':
      return <AuditScreen safe={route.safe} />;
    case 'leave':
      return <LeaveScreen />;
    default:
      return route satisfies never;
  }
}

function Opening() {
  return <Lines lines={centered([[span('Opening the portal…', 'quiet')]], useRoom())} />;
}
