using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (services = [(name = "main", worker = .suite)]);

const suite :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "dist/worker.mjs")],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["nodejs_compat"],
);
