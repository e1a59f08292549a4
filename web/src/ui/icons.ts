// The icons in use. Add to the list what a feature needs.
export {
  Accessibility, ArrowDown, ArrowLeft, ArrowRight, Ban, Check, ChevronDown, ChevronLeft, ChevronRight, ChevronUp,
  CircleAlert, CircleCheck, CircleUserRound, Clock, Copy, Crown, DoorClosed, DoorOpen, Download, Ear, Ellipsis,
  EllipsisVertical, ExternalLink, Eye, EyeOff, Gauge, Hand, Headphones, Heart, Hourglass, House, Image, Info,
  Keyboard, Languages, Laugh, LayoutGrid, LayoutPanelTop, Link2, Lock, LockOpen, LogOut, Maximize, MessageSquare,
  Mic, MicOff, Minimize, Monitor, MonitorUp, MonitorX, Moon, PartyPopper, Pencil, PhoneOff, PictureInPicture2,
  Pin, PinOff, Plus, Presentation, Radio, RotateCw, ScreenShare, ScreenShareOff, Search, SendHorizontal, Settings,
  ShieldCheck, ShieldMinus, SignalHigh, SignalLow, SignalMedium, SignalZero, SlidersHorizontal, SmilePlus, Sparkles, Star, StarOff, Sun,
  SwitchCamera, ThumbsDown, ThumbsUp, Trash2, TriangleAlert, Turtle, Unplug, Undo2, UserMinus, UserRound, UserX,
  Users, Video, VideoOff, Volume2, VolumeX, Wifi, WifiOff, X, ZoomIn, ZoomOut,
} from 'lucide-react';
