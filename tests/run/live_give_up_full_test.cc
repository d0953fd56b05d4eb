// How long a run waits for its server; and what it leaves on the disk meanwhile.
#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <thread>

#include "base/error_of.h"
#include "base/interrupt.h"
#include "record/run_json.h"
#include "run/live_fixture.h"
#include "wire/server/running_server.h"

namespace cutlink::run {
namespace {

const scenario::Overrides settings = {"codec=bf16", "train.steps=4", "checkpoint.every=2"};

// Loses one request, as a server does that is gone before it has read it, but whose end nobody hears of.
struct DeafOnce : wire::ServerHandler {
  explicit DeafOnce(wire::ServerHandler& handler) : inner(handler) {}
  std::optional<wire::Reply> on_message(const wire::Arrival& arrival, const wire::Envelope& envelope,
                                        ByteVector body) override {
    if (envelope.type == wire::MessageType::frame && envelope.number == 5 && !was_deaf) {
      was_deaf = true;
      on_deaf();
      return std::nullopt;
    }
    return inner.on_message(arrival, envelope, std::move(body));
  }
  void on_closed(wire::ConnectionId connection) override { inner.on_closed(connection); }
  wire::ServerHandler& inner;
  bool was_deaf = false;
  std::function<void()> on_deaf = [] {};
};

// The loss is noticed when the answer's deadline is over. By then give_up has passed twice since the request
// began; it counts from the loss.
TEST_F(LiveRun, GiveUpCountsFromTheLossOfTheConnection) {
  const std::vector<std::string> expected = simulated(settings);
  RunRequest there = request("there", settings);
  const Assets assets = load_assets(there.scenario);
  Reporter silent;
  session::SessionServer server(serve_options(there.scenario.model, toy_ / "state"),
                                [](const std::string&) {});
  DeafOnce deaf(server);
  wire::RunningServer running(deaf);
  there.live = at(running.port());
  there.live->give_up = std::chrono::seconds(1);
  there.live->connect.answer_deadline = 2 * there.live->give_up;
  ASSERT_EQ(run_one(there, assets, silent), RunStatus::finished);
  EXPECT_TRUE(deaf.was_deaf);
  EXPECT_EQ(deterministic(there.directory), expected);
  EXPECT_THAT(read_text_file(there.directory / "events.jsonl", 1'000'000),
              testing::HasSubstr("connection_lost"));
}

// Ctrl-C while a request is lost: the connection is made anew, and the step is finished before the run stops.
TEST_F(LiveRun, AStepWhoseConnectionBreaksIsFinishedWhereAPersonAskedToStop) {
  const std::vector<std::string> expected = simulated(settings);
  RunRequest there = request("there", settings);
  const Assets assets = load_assets(there.scenario);
  Reporter silent;
  session::SessionServer server(serve_options(there.scenario.model, toy_ / "state"),
                                [](const std::string&) {});
  DeafOnce deaf(server);
  deaf.on_deaf = [] { request_interrupt(); };
  wire::RunningServer running(deaf);
  there.live = at(running.port());
  there.live->connect.answer_deadline = std::chrono::milliseconds(500);
  {
    const InterruptGuard guard;
    ASSERT_EQ(run_one(there, assets, silent), RunStatus::interrupted);
  }
  const auto info = record::read_run_json(there.directory);
  EXPECT_EQ(info->status, record::Status::interrupted);
  EXPECT_GE(info->steps_done, 1U);
  EXPECT_TRUE(std::filesystem::exists(there.directory / "checkpoints")) << "the step was not finished";
  const InterruptGuard again;
  there.resume = true;
  ASSERT_EQ(run_one(there, assets, silent), RunStatus::finished);
  EXPECT_EQ(deterministic(there.directory), expected);
}

// Takes connections, and never says a word.
struct Mute : wire::ServerHandler {
  std::optional<wire::Reply> on_message(const wire::Arrival&, const wire::Envelope&, ByteVector) override {
    return std::nullopt;
  }
  void on_closed(wire::ConnectionId) override {}
};

TEST_F(LiveRun, AServerThatNeverAnswersIsToldOfBeforeTheRunGivesUp) {
  Mute mute;
  wire::RunningServer running(mute);
  RunRequest there = request("there", settings);
  there.live = at(running.port());
  there.live->connect.answer_deadline = std::chrono::milliseconds(100);
  there.live->give_up = std::chrono::milliseconds(500);
  struct Heard : Reporter {
    void on_event(const Event& event) override { said.push_back(event.message); }
    std::vector<std::string> said;
  } heard;
  EXPECT_THAT(error_of(ErrorKind::run,
                       [&] { static_cast<void>(run_one(there, load_assets(there.scenario), heard)); }),
              testing::HasSubstr("nothing came for 100 ms; nothing was touched here"));
  EXPECT_THAT(heard.said, testing::ElementsAre(testing::HasSubstr("nothing came for 100 ms: trying again")));
  EXPECT_FALSE(std::filesystem::exists(there.directory));
}

// Long before the deadline of an answer: nothing is under way yet.
TEST_F(LiveRun, AGreetingIsNotWaitedForWhereAPersonAskedToStop) {
  Mute mute;
  wire::RunningServer running(mute);
  RunRequest there = request("there", settings);
  there.live = at(running.port());
  there.live->connect.answer_deadline = there.live->give_up = std::chrono::minutes(10);
  const InterruptGuard guard;
  std::thread person([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    request_interrupt();
  });
  Reporter silent;
  EXPECT_EQ(run_one(there, load_assets(there.scenario), silent), RunStatus::interrupted);
  person.join();
  EXPECT_FALSE(std::filesystem::exists(there.directory));
  const InterruptGuard forget;
}

// Welcomes whoever begins, never answers a frame, and has no session for whoever comes back.
struct Forgetful : wire::EchoHandler {
  std::optional<wire::Reply> reply_to(const wire::Envelope& envelope, ByteVector body) override {
    if (envelope.type == wire::MessageType::frame) {
      return std::nullopt;
    }
    if (envelope.type != wire::MessageType::hello) {
      return wire::EchoHandler::reply_to(envelope, std::move(body));
    }
    wire::Welcome welcome;
    welcome.alive = wire::read_hello(body).kind == wire::Hello::Kind::fresh;
    welcome.token = {1};
    welcome.cap = cap;
    wire::Reply reply;
    reply.type = wire::MessageType::welcome;
    reply.new_limit = welcome.alive ? cap : 0;
    reply.parts = {std::make_shared<const ByteVector>(wire::write_welcome(welcome))};
    return reply;
  }
};

TEST_F(LiveRun, ARunThatIsSentBackForEverEnds) {
  Forgetful forgetful;
  wire::RunningServer running(forgetful);
  RunRequest there = request("there", settings);
  there.live = at(running.port());
  there.live->connect.answer_deadline = std::chrono::milliseconds(20);
  Reporter silent;
  EXPECT_THAT(error_of(ErrorKind::peer,
                       [&] { static_cast<void>(run_one(there, load_assets(there.scenario), silent)); }),
              testing::HasSubstr("names a checkpoint of step 0 again and again"));
}

// Has room for one session, and gives it to somebody else: before the first client, or while it loses the
// client's fifth frame. The client has it back when it was refused three times.
struct Crowded : wire::ServerHandler {
  static constexpr wire::ConnectionId other = 1'000'000;

  Crowded(const RunRequest& request, const std::filesystem::path& state, bool from_the_start)
      : inner(options(request, state), [](const std::string&) {}), full(from_the_start) {}
  static session::ServeOptions options(const RunRequest& request, const std::filesystem::path& state) {
    session::ServeOptions o = serve_options(request.scenario.model, state);
    o.max_sessions = 1;
    return o;
  }
  void give_away(wire::Arrival arrival) {
    arrival.connection = other;
    EXPECT_EQ(inner.on_message(arrival, {wire::MessageType::hello, 0, 0}, hello)->type,
              wire::MessageType::welcome);
  }
  std::optional<wire::Reply> on_message(const wire::Arrival& arrival, const wire::Envelope& envelope,
                                        ByteVector body) override {
    if (envelope.type == wire::MessageType::hello && hello.empty()) {
      hello = body;
      if (full) {
        give_away(arrival);
      }
    }
    if (envelope.type == wire::MessageType::frame && envelope.number == 5 && refused == 0) {
      inner.on_closed(arrival.connection);
      give_away(arrival);
      return std::nullopt;
    }
    std::optional<wire::Reply> reply = inner.on_message(arrival, envelope, std::move(body));
    if (reply && reply->type == wire::MessageType::refusal && ++refused == 3) {
      inner.on_closed(other);
    }
    return reply;
  }
  void on_closed(wire::ConnectionId connection) override { inner.on_closed(connection); }

  session::SessionServer inner;
  bool full;
  ByteVector hello;
  std::atomic<int> refused = 0;
};

TEST_F(LiveRun, ARunWhoseRoomWasTakenWhileItWasAwayWaitsForAnother) {
  const std::vector<std::string> expected = simulated(settings);
  RunRequest there = request("there", settings);
  const Assets assets = load_assets(there.scenario);
  Reporter silent;
  Crowded crowded(there, toy_ / "state", false);
  wire::RunningServer running(crowded);
  there.live = at(running.port());
  there.live->connect.answer_deadline = std::chrono::milliseconds(500);
  ASSERT_EQ(run_one(there, assets, silent), RunStatus::finished);
  EXPECT_EQ(crowded.refused, 3);
  EXPECT_EQ(deterministic(there.directory), expected);
  EXPECT_THAT(read_text_file(there.directory / "events.jsonl", 1'000'000),
              testing::HasSubstr("the server has no room beside its 1 sessions in use"));
}

TEST_F(LiveRun, AFreshRunIsToldAtOnceThatThereIsNoRoom) {
  RunRequest there = request("there", settings);
  Crowded crowded(there, toy_ / "state", true);
  wire::RunningServer running(crowded);
  there.live = at(running.port());
  Reporter silent;
  EXPECT_THAT(error_of(ErrorKind::peer,
                       [&] { static_cast<void>(run_one(there, load_assets(there.scenario), silent)); }),
              testing::HasSubstr("no room"));
  EXPECT_EQ(crowded.refused, 1);
  EXPECT_FALSE(std::filesystem::exists(there.directory));
}

// Whoever may read the token may, on the same machine and without a key, go on with the session.
TEST_F(LiveRun, TheSessionsTokenIsForItsOwnerOnly) {
  const LiveServer server(toy_ / "toy", toy_ / "state");
  RunRequest there = request("there", settings);
  there.live = at(server.port());
  Reporter silent;
  ASSERT_EQ(run_one(there, load_assets(there.scenario), silent), RunStatus::finished);
  std::size_t tokens = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(there.directory)) {
    if (entry.path().filename() == "session") {
      ++tokens;
      EXPECT_EQ(entry.status().permissions(), std::filesystem::perms{0600}) << entry.path();
    }
  }
  EXPECT_GE(tokens, 1U);
}

}  // namespace
}  // namespace cutlink::run
