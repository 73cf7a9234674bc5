#compdef sluice
# Completion for sluice: put this file on $fpath as _sluice.
_sluice() {
  local context state line
  typeset -A opt_args
  local -a commands
  commands=(
    'validate:Tell everything that is wrong with a configuration'
    'components:List the components that a configuration may name'
    'featuregate:List the feature gates, or tell about one'
    'print-config:Print the whole configuration, defaults included'
    'print-initial-config:Print the whole configuration, defaults included'
    'init:Make a configuration to begin with'
    'convert:Make a configuration of one of Prometheus or vmagent'
    'schema:Print the JSON Schema of a configuration, for editors'
    'completion:Print a script that makes a shell complete commands and flags'
    'help:Tell what a command does'
  )
  _arguments -C \
        '*--config=[A file, an https\:// or http\:// URL, env\:<name> or yaml\:<text>. Later ones are laid over earlier ones.]:where:_files' \
        '*--set=[Sets one key over all of --config\: a "." leads a level down, the value is YAML.]:key=value:' \
        '*--feature-gates=[Feature gates by commas; "-" before one turns it off.]:ids:' \
        '--watch[Reload when a file of the configuration changes, as at SIGHUP.]' \
        '--dry-run[Print what a reload with --config would do, and end.]' \
        '*--from=[The configuration that --dry-run takes as running; without it none.]:where:_files' \
        '--version[Print the version.]' \
        '-v[Print the version.]' \
        '--help[Print this text.]' \
        '-h[Print this text.]' \
        '1: :->command' \
        '*:: :->rest'
  case "$state" in
    command) _describe command commands; return ;;
    rest) ;;
    *) return ;;
  esac
  case "$line[1]" in
    validate)
      _arguments \
        '*--config=[A file, an https\:// or http\:// URL, env\:<name> or yaml\:<text>. Later ones are laid over earlier ones.]:where:_files' \
        '*--set=[Sets one key over all of --config\: a "." leads a level down, the value is YAML.]:key=value:' \
        '*--feature-gates=[Feature gates by commas; "-" before one turns it off.]:ids:' \
        '--format=[For people, for programs, or as annotations of GitHub Actions.]:format:(text json github)' \
        '--deny-warnings[Whether a warning is as bad as an error.]' \
        '--help[Print this text.]' \
        '-h[Print this text.]' ;;
    components)
      _arguments \
        '--format=[How it is written.]:format:(yaml json)' \
        '--help[Print this text.]' \
        '-h[Print this text.]' ;;
    featuregate)
      _arguments \
        '--help[Print this text.]' \
        '-h[Print this text.]' \
        '1:value:(<gates>)' ;;
    print-config|print-initial-config)
      _arguments \
        '*--config=[A file, an https\:// or http\:// URL, env\:<name> or yaml\:<text>. Later ones are laid over earlier ones.]:where:_files' \
        '*--set=[Sets one key over all of --config\: a "." leads a level down, the value is YAML.]:key=value:' \
        '*--feature-gates=[Feature gates by commas; "-" before one turns it off.]:ids:' \
        '--format=[How it is written.]:format:(yaml json)' \
        '--mode=[Whether secrets are hidden or shown.]:mode:(redacted unredacted)' \
        '--validate[Whether what components say of their configurations is an error.]' \
        '--annotate[Tell behind each value where it comes from\: a file'\''s line, a variable, a default.]' \
        '--help[Print this text.]' \
        '-h[Print this text.]' ;;
    init)
      _arguments \
        '--list[Print the cases there are.]' \
        '--endpoint=[Where metrics are written to, with a path.]:url:' \
        '*--target=[What is scraped, as host\:port.]:address:' \
        '--output=[Write it there instead of printing it.]:path:_files' \
        '--force[Write over a file that is there.]' \
        '--help[Print this text.]' \
        '-h[Print this text.]' ;;
    convert)
      _arguments \
        '--from=[Whose file it is.]:program:(auto prometheus vmagent)' \
        '*--remote-write-url=[Where to write, too. vmagent has it on its command line.]:url:' \
        '--strict[Print nothing, and end with 1, when something cannot be carried over.]' \
        '--help[Print this text.]' \
        '-h[Print this text.]' ;;
    schema)
      _arguments \
        '--help[Print this text.]' \
        '-h[Print this text.]' ;;
    completion)
      _arguments \
        '--help[Print this text.]' \
        '-h[Print this text.]' \
        '1:value:(bash zsh fish)' ;;
    help)
      _arguments \
        '--help[Print this text.]' \
        '-h[Print this text.]' \
        '1:value:(validate components featuregate print-config init convert schema completion help)' ;;
  esac
}
_sluice "$@"
