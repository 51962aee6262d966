"""Files, folders and standard input in, frames out.

Takes paths and the ports that matter, gives ``model.frames.Frames`` in time order.  The only room
below the pipeline that opens files, knows libpcap, or runs a thread.  What cannot be read is said in
``problems.CaptureError``, with what to try.
"""
