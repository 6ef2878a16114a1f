#compdef nextjs-backend-engineer
# zsh completion: what the program's own --help says, of itself and of each command.
local -a said commands options
local word help line
said=($words[1])
for word in ${words[2,CURRENT-1]}; do
  help=$($said --help 2>/dev/null)
  [[ $word == [a-z]* && $help == *$'\n'"  $word "* ]] && said+=($word)
done
for line in ${(f)"$($said --help 2>/dev/null)"}; do
  if [[ $line =~ '^  ([a-z][a-z-]*)  +(.*)$' ]]; then
    commands+=("$match[1]:$match[2]")
  elif [[ $line =~ '^  (-[a-z],)?(--[a-z0-9-]+)' ]]; then
    options+=($match[2])
  fi
done
_describe command commands
compadd -- $options
_files
