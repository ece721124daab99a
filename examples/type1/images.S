# The guests' programs as they are, for vm_create to copy into their RAM.
  .section .rodata
  .globl worker_image, worker_image_end, rogue_image, rogue_image_end
worker_image:
  .incbin "guests/worker.bin"
worker_image_end:
rogue_image:
  .incbin "guests/rogue.bin"
rogue_image_end:
