#!/bin/sh
# Starts Kehub for somebody who wants to see it: on the first run with the CRM, its sample data and an administrator.
set -eu

kehub=$1
data=${KEHUB_DATA:-./kehub-data}
listen=${KEHUB_LISTEN:-127.0.0.1:8080}
email=

# Asks once; the password is not shown.
make_admin() {
    printf 'E-mail of the administrator / 管理员邮箱: '
    read -r email
    trap 'stty echo; exit 130' INT TERM
    stty -echo
    printf 'Password, 8 characters or more / 密码（至少 8 个字符）: '
    read -r password
    stty echo
    trap - INT TERM
    printf '\n'
    printf '%s\n' "$password" | "$kehub" --data "$1" admin create --email "$email" --name "${email%%@*}" --password-stdin
}

if [ ! -e "$data" ]; then
    # Made beside and then renamed, so that a first run broken off leaves nothing half made.
    making=$data.new
    rm -rf "$making"
    echo "First run: installing the CRM with its sample data …"
    "$kehub" --data "$making" install crm --sample
    if [ -t 0 ] && [ -t 1 ]; then
        until make_admin "$making"; do echo "Once more, please. / 请再试一次。"; done
    fi
    mv "$making" "$data"
fi

echo
echo "  Kehub 客枢   http://$listen"
if [ -n "$email" ]; then
    echo "  Sign in as $email. / 请用 $email 登录。"
else
    echo "  Sign in with your e-mail and password. If there is no administrator yet, the page asks for the set-up code"
    echo "  that the server prints below; or run: $kehub --data $data admin create --email YOU --name NAME"
    echo "  用邮箱和密码登录；还没有管理员时，页面会询问下面显示的设置码。"
fi
echo "  Ctrl+C stops it; your data stays in $data."
echo
exec "$kehub" --data "$data" serve --listen "$listen"
