pidfile = "@DIR@/prosody.pid"
data_path = "@DIR@/prosody"
log = { warn = "@DIR@/prosody.log" }
run_as_root = true
daemonize = false
network_backend = "epoll"
modules_enabled = { "saslauth", "disco" }
modules_disabled = { "s2s", "offline", "tls" }
interfaces = { "127.0.0.1" }
c2s_ports = { @PORT@ }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "insecure"
insecure_open_authentication = "Yes please, I know what I'm doing!"
storage = "memory"
VirtualHost "localhost"
Component "conference.localhost" "muc"
  restrict_room_creation = false
  muc_room_locking = false
  muc_room_default_history_length = 0
  max_history_messages = 0
