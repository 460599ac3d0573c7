using Workerd = import "/workerd/workerd.capnp";

# The emulator is on this machine, which workers may not reach unless they are let.
const config :Workerd.Config = (
  services = [
    (name = "client", worker = .client),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "client")],
);

const client :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "client.mjs", esModule = embed "client.mjs"),
  ],
  compatibilityDate = "2026-07-01",
);
