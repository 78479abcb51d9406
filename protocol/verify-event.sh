#!/bin/sh
# Verifies one event from standard input with a shell, sed and OpenSSL 3 alone, to show that any language can. It must stay under 20 lines.
# verify-event.sh KEY.pem [KEYID [TYPE]] < ENVELOPE prints what was signed and ends with 0, or says what is wrong and ends with 1.
set -eu; export LC_ALL=C
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cat > "$work/envelope"
no() { echo "not verified: $1" >&2; exit 1; }
grep -aEqx '\{"payloadType":"[^"]*","payload":"[^"]*","signatures":\[\{"keyid":"[^"]*","sig":"[^"]*"\}\]\}' "$work/envelope" || no 'shape'
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/envelope"; }
for part in payload sig; do
  field $part | openssl base64 -d -A > "$work/$part"
  [ "$(openssl base64 -A -in "$work/$part")" = "$(field $part)" ] || no "base64 of the $part"
done
name=${2:-k-$(openssl pkey -pubin -in "$1" -outform DER | tail -c 32 | openssl dgst -sha256 -r | cut -c 1-16)}
[ "$(field keyid)" = "$name" ] || no 'key'
type=$(field payloadType)
{ printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(wc -c < "$work/payload")" && cat "$work/payload"; } > "$work/pae"
openssl pkeyutl -verify -pubin -inkey "$1" -rawin -in "$work/pae" -sigfile "$work/sig" > "$work/said" 2>&1 || no signature
[ "$type" = "${3:-application/vnd.sifen.event.v1+json}" ] || no 'payload type'
cat "$work/payload"
