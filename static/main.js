/** Page of a room: builds its parts and connects them, with the plugs of other apps. */

/** @import {Boot} from "./chat/state/types.js" */
/** @import {Direct} from "./chat/views/direct.js" */

import { Client } from "./chat/client/client.js";
import { startDirectory } from "./chat/client/directory.js";
import { EmojiUsage } from "./chat/client/emoji_usage.js";
import { Pages } from "./chat/client/pages.js";
import { startQuotes } from "./chat/client/quotes.js";
import { startRecount } from "./chat/client/recount.js";
import { readBoot } from "./chat/ui/boot.js";
import { byId } from "./chat/ui/dom.js";
import { keepEmojiOf } from "./chat/ui/emoji_choice.js";
import { FILE_PROBLEMS } from "./chat/ui/file_problems.js";
import { Scroll } from "./chat/ui/scroll.js";
import { startTheme } from "./chat/ui/theme.js";
import { useClock } from "./chat/ui/time.js";
import { startViewport } from "./chat/ui/viewport.js";
import { explainProblems } from "./chat/ui/words.js";
import { Arrivals } from "./chat/views/arrivals.js";
import { Attach } from "./chat/views/attach.js";
import { Browse } from "./chat/views/browse.js";
import { commandSource } from "./chat/views/command_source.js";
import { CompletionMenu } from "./chat/views/completion_menu.js";
import { Composer } from "./chat/views/composer.js";
import { ConnectionStatus } from "./chat/views/connection_status.js";
import { showDelivery, startDelivery } from "./chat/views/delivery_note.js";
import { startDirect } from "./chat/views/direct.js";
import { startEmojiButton } from "./chat/views/emoji_button.js";
import { emojiSource } from "./chat/views/emoji_source.js";
import { Empty } from "./chat/views/empty.js";
import { startEnter } from "./chat/views/enter.js";
import { startErrorNotices } from "./chat/views/error_notices.js";
import { startFileSources } from "./chat/views/file_sources.js";
import { Header } from "./chat/views/header.js";
import { HistoryPosition } from "./chat/views/history_position.js";
import { Inbox } from "./chat/views/inbox.js";
import { Invites } from "./chat/views/invites.js";
import { JumpButtons } from "./chat/views/jump_buttons.js";
import { startKeepName } from "./chat/views/keep_name.js";
import { MessageActions } from "./chat/views/message_actions.js";
import { MessageBar } from "./chat/views/message_bar.js";
import { startMissedMentions } from "./chat/views/missed_mentions.js";
import { Navigation } from "./chat/views/navigation.js";
import { PeoplePanel } from "./chat/views/people_panel.js";
import { peopleSource } from "./chat/views/people_source.js";
import { PinsPanel } from "./chat/views/pins_panel.js";
import { PreviewRemoval } from "./chat/views/preview_removal.js";
import { Profile } from "./chat/views/profile.js";
import { QuoteJump } from "./chat/views/quote_jump.js";
import { React } from "./chat/views/react.js";
import { ReactionNotices } from "./chat/views/reaction_notices.js";
import { Reactors } from "./chat/views/reactors.js";
import { ReadPointer } from "./chat/views/read_pointer.js";
import { Recovery } from "./chat/views/recovery.js";
import { ReplyChip } from "./chat/views/reply_chip.js";
import { Requests } from "./chat/views/requests.js";
import { RoomDialogs } from "./chat/views/room_dialogs.js";
import { RoomList } from "./chat/views/room_list.js";
import { startRoomMenu } from "./chat/views/room_menu.js";
import { startSharedFiles } from "./chat/views/shared_files.js";
import { SidePanel } from "./chat/views/side_panel.js";
import { Switcher } from "./chat/views/switcher.js";
import { startTextPreview } from "./chat/views/text_preview.js";
import { Timeline } from "./chat/views/timeline.js";
import { Typing } from "./chat/views/typing.js";
import { game } from "./game/plug.js";
import { moderation } from "./moderation/plug.js";
import { forgetWhoLeft } from "./realtime/browser_data.js";
import { PageVisibility } from "./realtime/page_visibility.js";
import { search } from "./search/plug.js";

const boot = readBoot();
forgetWhoLeft(boot.user?.id ?? null);
const client = new Client(boot);
client.use(game);
client.use(moderation);
client.use(search);
client.connection.on("greeted", () => useClock(() => client.connection.serverNow()));
explainProblems({ ...FILE_PROBLEMS, ...client.plugs.problems });
const scroll = new Scroll(byId("scroller", HTMLElement), byId("lines", HTMLElement));
const pages = new Pages(client);
const timeline = new Timeline(client, scroll, pages);
const navigation = new Navigation(client, timeline);
const go = (/** @type {string} */ key) => navigation.go(key);
const sidePanel = new SidePanel();
const history = new HistoryPosition(client, timeline, scroll, pages);
const header = new Header(client);
const dialogs = boot.user ? new RoomDialogs(client, go) : null;
const direct = boot.user ? startDirect(client, { go, blocked: () => requests?.load() }) : null;
const requests = direct && new Requests(client, { go, block: direct.block });

client.start();
scroll.start();
timeline.start();
new JumpButtons(client, timeline, scroll, pages).start();
new QuoteJump(client, timeline, scroll).start();
sidePanel.start();
new PeoplePanel(client, sidePanel, (user) => direct?.actions(user) ?? []).start();
client.plugs.start({
  client,
  scroll,
  timeline,
  navigation,
  sidePanel,
  history,
  join: async () => dialogs?.join(),
  titleChanged: () => header.refresh(),
});
header.start();
navigation.start();
startViewport();
startSharedFiles(client, timeline);
if (boot.user && dialogs && direct && requests) startTalking(boot.user, { dialogs, direct, requests });
else startLooking();
if (boot.focus) navigation.arrive(boot.focus, location.hash);

/** @param {NonNullable<Boot["user"]>} user @param {{dialogs: RoomDialogs, direct: Direct, requests: Requests}} parts */
function startTalking(user, { dialogs, direct, requests }) {
  keepEmojiOf(user.id);
  const typing = new Typing(client);
  const invites = new Invites(client);
  const completion = new CompletionMenu();
  const composer = new Composer(client, {
    fitting: (change) => scroll.keep(change),
    sent: () => {
      typing.stopped();
      timeline.showNewest();
    },
    typed: (text) => typing.typed(text),
    lastOwn: () => timeline.items.findLast((item) => actions.mayEdit(item)) ?? null,
  });
  const reply = new ReplyChip(client, { changed: () => composer.partChanged() });
  composer.use(reply);
  const status = byId("reaction-status", HTMLElement);
  const told = (/** @type {string} */ text) => {
    status.textContent = text;
  };
  const react = new React(client, timeline, new EmojiUsage({ user: user.id }), told);
  const previews = new PreviewRemoval(client, timeline);
  const attach = new Attach(client, {
    changed: (change) =>
      scroll.keep(() => {
        change();
        composer.partChanged();
      }),
  });
  composer.use(attach);
  const actions = new MessageActions(client, {
    answer: (item) => {
      composer.begin();
      reply.answer(item);
    },
    edit: (item) => composer.edit(item),
    deliveryAsked: (item) => showDelivery(timeline, item),
    react,
    previews,
  });
  const pins = new PinsPanel(client, sidePanel);
  pins.start();
  const read = new ReadPointer(client, scroll, timeline);
  const onPhone = matchMedia("(hover: none) and (pointer: coarse)").matches; // a phone puts hidden pages to sleep
  const stays = () => client.plugs.ask("staysVisible").some(Boolean);
  new PageVisibility(client.connection, { stays, ...(onPhone && { hiddenAfterMs: 0 }) }).start();
  for (const view of [
    typing,
    invites,
    dialogs,
    composer,
    reply,
    attach,
    new RoomList(client),
    read,
    new ConnectionStatus(client),
  ])
    view.start();
  startFileSources(attach);
  for (const view of [
    new MessageBar(timeline, actions),
    react,
    previews,
    new Reactors(client, timeline),
    new ReactionNotices(client, told),
    new Browse(client, go),
    new Switcher(client, go),
    new Inbox(client),
    new Profile(client, user),
    new Arrivals(client),
  ])
    view.start();
  new Empty(client, timeline, invites).start(scroll);
  completion.use(commandSource(client.plugs.commands));
  completion.use(emojiSource());
  completion.use(peopleSource(client));
  completion.start();
  startMissedMentions(client);
  navigation.on("turned", () => read.returned());
  startDirectory(client);
  startQuotes(client);
  startRecount(client);
  requests.start();
  startKeepName();
  startTheme();
  startEmojiButton();
  startTextPreview(client, { fitting: (change) => scroll.keep(change), text: () => composer.stored });
  startDelivery(client, timeline, (pending) => composer.rewrite(pending));
  startRoomMenu(client, {
    invite: () => invites.open(),
    pins: () => pins.open(),
    settings: () => dialogs.change(),
    archive: () => dialogs.close("archive"),
    delete: () => dialogs.close("delete"),
    restore: () => dialogs.restore(),
    leave: () => dialogs.leave(),
    close: direct.close,
  });
  startErrorNotices(client, go);
  new Recovery(client).start();
  client.connect();
}

function startLooking() {
  startFileSources(null);
  const form = document.querySelector(".enter-form");
  new Empty(client, timeline, null).start(scroll);
  if (form instanceof HTMLFormElement) startEnter(form);
}
