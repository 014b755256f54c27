// One seed: people, network, disk, clock and server processes, one step after the other in an order drawn from the seed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ports/directory.hpp"
#include "tests/simulator/client.hpp"
#include "tests/simulator/server.hpp"
#include "tests/simulator/world.hpp"

namespace wk::simulator {

struct Outcome {
  // Empty: every promise held.
  std::optional<std::string> violation;
  std::size_t step = 0;
  std::uint64_t digest = 0;
  std::size_t events = 0;
  std::size_t acks = 0;
  std::size_t starts = 0;
};

class Simulation {
 public:
  // directory: agents and attachments, the same for all seeds. where: empty and ours.
  Simulation(std::uint64_t seed, Mutation mutation, Directory& directory, std::filesystem::path where);
  ~Simulation();

  Outcome run(std::function<void(const std::string&)> on_trace);
  // Where it is now, for whoever must tell of it while it ends.
  std::size_t step() const { return world_.step; }

 private:
  struct Choice {
    unsigned weight = 0;
    bool (Simulation::*act)() = nullptr;
  };

  void one_step();
  void start_server();
  // power: what was not synced is partly gone; else the disk is as the process saw it.
  void die(bool power);
  void heal();
  void final_audit();
  void check_store();
  void check_search();
  std::vector<std::pair<Person*, Device*>> devices();

  // -- steps; false: there was nothing to do
  bool step_loop();
  bool step_pool();
  bool step_committer();
  bool step_warm_reader();
  bool step_search_reader();
  bool step_archiver();
  bool sweep();
  bool network_up();
  bool network_down();
  bool people();
  bool connect();
  bool cut();
  bool stall();
  bool crash();
  bool crash_inside();
  bool disk_full();
  bool write_error();
  bool clock_jump();
  bool probe();

  bool deliver_up(Link& link);
  bool deliver_down(Person& person, Device& device);
  void drop_link(Person& person, Device& device);
  // Takes what the disk holds at this moment of a dying process.
  void take_disk(bool power);

  World world_;
  Directory& directory_;
  std::vector<ConversationId> conversations_;
  std::vector<std::unique_ptr<Person>> people_;
  // Connections that their client has given up and the server not yet. Before server_: its sessions refer to them.
  std::vector<std::unique_ptr<Link>> orphans_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<testing::SimulatedFiles> disk_after_;
  // Calls to the file system until the process dies in the middle of one; 0: it does not.
  std::size_t die_in_calls_ = 0;
  bool die_by_power_ = false;
  bool full_ = false;
  bool quiet_ = false;
  std::size_t starts_ = 0;
};

}  // namespace wk::simulator
