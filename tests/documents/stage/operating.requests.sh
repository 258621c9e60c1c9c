new_key somebody somebody.pem
send service somebody.pem
is_shown_as 2229140326336282122 "$id"
new_key else else.pem
send service else.pem
is_shown_as 6120448153098312507 "$id"
