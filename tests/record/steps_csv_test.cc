#include "record/steps_csv.h"

#include <gtest/gtest.h>

#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "record/sample_rows.h"

namespace cutlink::record {
namespace {

TEST(StepsCsv, PrintsEveryField) {
  const TemporaryFolder folder;
  StepsCsv file = StepsCsv::create(folder / "steps.csv");
  file.write(sample_step(2));
  file.write(sample_step(3));
  file.flush();
  EXPECT_EQ(
      read_text_file(folder / "steps.csv", 10000),
      "step,hold,loss,label_tokens,learning_rate,client_gradient_norm,server_gradient_norm,up_bytes,"
      "down_bytes,modelled_bytes,mean_width_up_bits,mean_width_down_bits,client_bottom_forward_ns,"
      "server_forward_ns,client_top_ns,server_backward_ns,client_bottom_backward_ns,codec_ns,client_ns,"
      "server_ns,link_ns,total_ns,now_ns,eval_loss,eval_loss_plain,"
      "socket_up_bytes,socket_down_bytes,repeated_bytes,retransmitted_bytes\r\n"
      "2,0,0.5,102,1e-04,0.25,0.1,1000,2000,300,6.5,7,11,12,13,14,15,16,39,26,17,98,15000000000,,,,,,\r\n"
      "3,1,0.375,103,1e-04,0.25,0.1,1000,2000,300,6.5,7,11,12,13,14,15,16,39,26,17,98,20000000000,2.125,2,"
      "1100,2200,50,60\r\n");
}

}  // namespace
}  // namespace cutlink::record
