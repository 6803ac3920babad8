#!/bin/sh
# An authority of its own for a test, in the folder $1: ca.crt, an empty crl.pem, server.crt for
# 127.0.0.1, and a certificate with its key for each further name. Valid for a day.
set -e
cd "$1"
shift

new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
# The name, what is said of it, the extensions' file.
sign() {
  new_key "$1"
  openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 1 -extfile "$3" \
    -out "$1.crt"
}

new_key ca
openssl req -x509 -new -key ca.key -days 1 -subj "/CN=authority of a test" -out ca.crt
: >index.txt
echo 01 >crlnumber
printf '[ca]\ndefault_ca=a\n[a]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\n' >ca.cnf
openssl ca -config ca.cnf -gencrl -crldays 1 -keyfile ca.key -cert ca.crt -out crl.pem

echo "subjectAltName=IP:127.0.0.1" >server.ext
: >none.ext
sign server "the broker" server.ext
for name; do sign "$name" "$name" none.ext; done
