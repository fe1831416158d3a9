/**
 * What a hostile target prints to make the terminal of whoever watches answer, remember, or do something. Each is a
 * sequence in its seven-bit form; the eight-bit and the UTF-8 form of its introducers are made from it.
 */
const ESC = '\x1b';
const ST = `${ESC}\\`;
const BEL = '\x07';
const csi = (rest: string) => `${ESC}[${rest}`;
const osc = (rest: string, end = BEL) => `${ESC}]${rest}${end}`;
const dcs = (rest: string, end = ST) => `${ESC}P${rest}${end}`;

const BASE: readonly (readonly [string, string])[] = [
  // reports that are typed into the session of whoever watches
  ['primary device attributes', csi('c')],
  ['primary device attributes, 0', csi('0c')],
  ['secondary device attributes', csi('>c')],
  ['tertiary device attributes', csi('=c')],
  ['DECID', `${ESC}Z`],
  ['enquiry', '\x05'],
  ['device status', csi('5n')],
  ['cursor position', csi('6n')],
  ['DEC cursor position', csi('?6n')],
  ['printer status', csi('?15n')],
  ['user keys status', csi('?25n')],
  ['keyboard status', csi('?26n')],
  ['locator status', csi('?55n')],
  ['macro space', csi('?62n')],
  ['memory checksum', csi('?63;1n')],
  ['data integrity', csi('?75n')],
  ['colour scheme', csi('?996n')],
  ['ANSI mode', csi('4$p')],
  ['DEC mode', csi('?2026$p')],
  ['terminal parameters', csi('x')],
  ['terminal parameters, 1', csi('1x')],
  ['XTVERSION', csi('>q')],
  ['kitty keyboard', csi('?u')],
  ['modifyOtherKeys', csi('?4m')],
  ['rectangle checksum', csi('1;0;1;1;10;10*y')],
  ['title stack report', csi('?1;2S')],
  ['graphics attributes', csi('?1;1;0S')],
  ['selection of presentation', csi('1$w')],
  ['tab stop report', csi('2$w')],
  ['displayed extent', csi('"v')],
  ['terminal state report', csi('1$u')],
  ['colour table report', csi('2$u')],
  // window operations
  ['icon title report', csi('20t')],
  ['window title report', csi('21t')],
  ['window state report', csi('11t')],
  ['window position report', csi('13t')],
  ['window size report, pixels', csi('14t')],
  ['screen size report, pixels', csi('15t')],
  ['cell size report', csi('16t')],
  ['size report, cells', csi('18t')],
  ['screen report, cells', csi('19t')],
  ['window made small', csi('8;1;1t')],
  ['window moved', csi('3;0;0t')],
  ['window iconified', csi('2t')],
  ['window raised', csi('5t')],
  ['title pushed', csi('22;0t')],
  ['title popped', csi('23;0t')],
  ['columns by DECSCPP', csi('132$|')],
  ['rows by DECSNLS', csi('99*|')],
  // titles, clipboards, files, links, notifications
  ['title', osc('0;EVILTITLE')],
  ['title, string terminator', osc('2;EVILTITLE', ST)],
  ['icon title', osc('1;EVILTITLE')],
  ['Sun title', osc('lEVILTITLE', ST)],
  ['Sun icon', osc('LEVILTITLE', ST)],
  ['screen title', `${ESC}kEVILTITLE${ST}`],
  ['X property', osc('3;EVIL=1')],
  ['colour query', osc('4;0;?')],
  ['colour query, many', osc('4;0;?;1;?;2;?')],
  ['special colour query', osc('5;0;?')],
  ['directory', osc('7;file://evil/etc')],
  ['link', `${osc('8;;https://evil.example', ST)}link${osc('8;;', ST)}`],
  ['link that never ends', osc('8;id=1;javascript:alert(1)', ST)],
  ['notification', osc('9;EVIL')],
  ['progress', osc('9;4;1;50')],
  ['foreground query', osc('10;?')],
  ['background query', osc('11;?')],
  ['cursor colour query', osc('12;?')],
  ['highlight query', osc('17;?')],
  ['background changed', osc('11;#ff0000')],
  ['kitty colour query', osc('21;foreground=?')],
  ['pointer shape query', osc('22;?')],
  ['log file', osc('46;/tmp/evil')],
  ['font query', osc('50;?')],
  ['clipboard written', osc('52;c;RVZJTA==')],
  ['clipboard read', osc('52;c;?')],
  ['primary selection read', osc('52;p;?', ST)],
  ['clipboard, kitty', osc('5522;type=read;Lg==', ST)],
  ['colours reset', osc('104')],
  ['shell integration', osc('133;C')],
  ['urxvt font', osc('710;evil')],
  ['urxvt extension', osc('777;notify;EVIL;EVIL')],
  ['iTerm file', osc('1337;File=name=ZXZpbA==:RVZJTA==')],
  ['iTerm clipboard', osc('1337;CopyToClipboard=')],
  ['iTerm cell size', osc('1337;ReportCellSize')],
  ['iTerm variable', osc('1337;ReportVariable=dXNlcg==')],
  ['konsole profile', osc('50;Profile=evil')],
  ['vscode command', osc('633;E;evil')],
  // device control strings, and others that carry programs
  ['DECRQSS graphics', dcs('$qm')],
  ['DECRQSS margins', dcs('$qr')],
  ['DECRQSS that echoes', dcs('$q;rm -rf x\r')],
  ['termcap query', dcs('+q544e')],
  ['termcap set', dcs('+p6576696c')],
  ['resource query', dcs('+Q6576696c')],
  ['user defined keys', dcs('0;1|17/6576696c0d')],
  ['macro defined', dcs('1;0;1!z6576696c')],
  ['macro invoked', csi('1*z')],
  ['sixel', dcs('q#0;2;0;0;0#0~~~~$-')],
  ['ReGIS', dcs('pS(E)')],
  ['tmux passthrough', dcs(`tmux;${ESC}${ESC}]52;c;RVZJTA==${BEL}`)],
  ['screen passthrough', dcs(osc('0;EVILTITLE'))],
  ['kitty graphics', `${ESC}_Gi=1,a=q,t=f;L2V0Yy9wYXNzd2Q=${ST}`],
  ['kitty graphics, file', `${ESC}_Ga=T,t=t;L3RtcC94${ST}`],
  ['application command', `${ESC}_EVIL${ST}`],
  ['privacy message', `${ESC}^EVIL${ST}`],
  ['start of string', `${ESC}XEVIL${ST}`],
  ['string without an end', `${ESC}]0;EVILTITLE`],
  ['string cancelled', `${ESC}]0;EVILTITLE\x18`],
  ['string in a string', `${ESC}]0;a${ESC}]52;c;RVZJTA==${BEL}`],
  ['string of a megabyte', osc(`0;${'E'.repeat(1024 * 1024)}`)],
  // modes that make a terminal talk, or leave it unusable
  ['mouse', csi('?1000;1002;1003;1006;1015;1016h')],
  ['X10 mouse', csi('?9h')],
  ['focus', csi('?1004h')],
  ['bracketed paste', csi('?2004h')],
  ['kitty keyboard pushed', csi('>31u')],
  ['modifyOtherKeys on', csi('>4;2m')],
  ['in-band resize', csi('?2048h')],
  ['colour scheme updates', csi('?2031h')],
  ['locator', csi("1;1'z")],
  ['locator events', csi("1'{")],
  ['locator query', csi("1'|")],
  ['synchronised for ever', csi('?2026h')],
  ['keyboard locked', csi('2h')],
  ['local echo', csi('12l')],
  ['newline mode', csi('20h')],
  ['132 columns', csi('?40h') + csi('?3h')],
  ['reverse screen', csi('?5h')],
  ['cursor gone', csi('?25l')],
  ['application keypad', `${ESC}=`],
  ['application cursor', csi('?1h')],
  ['margins', csi('2;3r') + csi('?69h') + csi('2;3s')],
  ['alternate screen', csi('?1049h')],
  ['alternate screen, twice', csi('?47h') + csi('?1047h')],
  ['VT52', csi('?2l') + `${ESC}Z`],
  ['Tektronix', csi('?38h')],
  ['soft reset', csi('!p')],
  ['full reset', `${ESC}c`],
  ['conformance level', csi('61"p')],
  ['printer', csi('5i') + 'EVIL' + csi('4i')],
  ['auto print', csi('?5i')],
  ['print screen', csi('i')],
  ['screen test', `${ESC}#8`],
  ['double height', `${ESC}#3EVIL`],
  ['line drawing', `${ESC}(0qqq`],
  ['shift out', `${ESC})0\x0eqqq`],
  ['locking shifts', `${ESC}n${ESC}o${ESC}|${ESC}}${ESC}~`],
  ['other coding system', `${ESC}%@`],
  ['repeat without end', `x${csi('2147483647b')}`],
  ['scroll without end', csi('2147483647S')],
  ['parameters without end', csi('1;'.repeat(100_000) + 'm')],
  ['concealed', csi('8m') + 'hidden'],
  ['bells', BEL.repeat(1000)],
];

const INTRODUCERS: Readonly<Record<string, number>> = {
  '[': 0x9b,
  ']': 0x9d,
  P: 0x90,
  _: 0x9f,
  '^': 0x9e,
  X: 0x98,
  '\\': 0x9c,
  Z: 0x9a,
};

const INTRODUCED = new RegExp(`${ESC}([[\\]P_^X\\\\Z])`, 'g');

export interface Escape {
  readonly name: string;
  readonly bytes: Buffer;
}

const inForm = (text: string, form: 'eight-bit' | 'UTF-8'): Buffer =>
  Buffer.from(
    text.replace(INTRODUCED, (whole, letter: string) => {
      const code = INTRODUCERS[letter];
      return code === undefined ? whole : String.fromCharCode(code);
    }),
    form === 'eight-bit' ? 'latin1' : 'utf8',
  );

/** Each in every form that it has. */
export const ESCAPES: readonly Escape[] = BASE.flatMap(([name, text]) => {
  const seven = Buffer.from(text, 'latin1');
  const forms: Escape[] = [{ name, bytes: seven }];
  for (const form of ['eight-bit', 'UTF-8'] as const) {
    const bytes = inForm(text, form);
    if (!bytes.equals(seven)) forms.push({ name: `${name}, ${form}`, bytes });
  }
  return forms;
});
export const BASES = BASE.length;
