"""Files, folders and standard input in, frames out; and the tables that a site has (``site_tables``) in, facts out.

Takes paths and the ports that matter, gives ``model.frames.Frames`` in time order.  The only room
below the pipeline that opens files, knows libpcap, or runs a thread.  What cannot be read is said in
``problems.CaptureError``, with what to try.
"""
